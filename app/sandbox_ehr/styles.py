"""Styles for apps (`smart_style_url`): how an EHR asks apps to look. Off unless asked for, by `--style` or for one launch.

Besides two that a careful EHR could have, some that an app must not follow blindly.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.sandbox_ehr.faults import Fault
from app.sandbox_ehr.settings import EhrSettings

STYLES: dict[str, dict[str, str]] = {
    "light": {
        "color_background": "#f4f1ea", "color_text": "#2b2b2b", "color_highlight": "#14539a", "color_error": "#9e2d2d",
        "color_success": "#498e49", "color_modal_backdrop": "", "dim_border_radius": "8px", "dim_font_size": "15px",
        "dim_spacing_size": "18px", "font_family_body": "Georgia, Times, 'Times New Roman', serif",
        "font_family_heading": "'DejaVu Sans', Helvetica, sans-serif;",
    },
    "dark": {
        "color_background": "#10222f", "color_text": "#dfe7ec", "color_highlight": "#8cc4f5", "dim_border_radius": "0px",
        "dim_font_size": "14px", "font_family_body": "'DejaVu Sans', sans-serif",
    },
    "faint": {"color_background": "#9a9a9a", "color_text": "#b5b5b5", "color_highlight": "#aaaaaa", "dim_font_size": "7px"},
    "hostile": {
        "color_background": "#fff;} body{display:none} :root{--x:#fff", "color_text": "url(https://elsewhere.example/t)",
        "color_highlight": "expression(alert(1))", "dim_border_radius": "calc(1px + 100vw)", "dim_font_size": "900px",
        "dim_spacing_size": "12px;position:fixed", "font_family_body": "x; } @import 'https://elsewhere.example/a.css'; {",
        "font_family_heading": "'</style><script>alert(1)</script>'",
    },
}  # fmt: skip


def style_url(settings: EhrSettings, struck: Iterable[Fault]) -> str | None:
    """Where the style of this launch is: as a test asks (a name, or a whole address), else as the EHR is set up."""
    asked = next((str(fault.value) for fault in struck if fault.kind == "style"), settings.style)
    return asked if not asked or "://" in asked else f"{settings.base_url}/style/{asked}"


async def style(request: Request) -> Response:
    """One style, without a token, as the specification has it."""
    found = STYLES.get(request.path_params["name"])
    return JSONResponse(found, headers={"cache-control": "max-age=300"}) if found else Response(status_code=404)
