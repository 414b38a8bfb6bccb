# One image for Sextant and for the sandbox EHR (`python -m app.sandbox_ehr`); docker-compose.yml starts both.
FROM python:3.11.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/sextant

COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app app
COPY templates templates
# Editable, because the pages' templates lie beside the package, not in it.
RUN pip install -c constraints.txt -e . && useradd --system --uid 10001 --no-create-home sextant

USER 10001
EXPOSE 8200
CMD ["sextant", "serve", "--host", "0.0.0.0", "--port", "8200"]
