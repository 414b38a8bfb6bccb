"""DocumentReference, opened: what kind of document, its title and day. The document itself is not fetched."""

from app.domain.chart import Document
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.values import Opening, concept, concepts


def open_document(reference: str, sent: fhir.DocumentReference, opening: Opening) -> Document:
    """A DocumentReference. The day is that of the document's context where `date` is missing."""
    titles = [c.attachment.title for c in sent.content or () if c.attachment and c.attachment.title]
    context = opening.period(sent.context.period, "context.period") if sent.context else None
    return Document(
        reference=reference,
        status=sent.status,
        concept=concept(sent.type),
        subject=opening.reference(sent.subject),
        categories=concepts(sent.category),
        title=sent.description or (titles[0] if titles else None),
        dated=opening.day(sent.date, "date") or (context.start if context else None),
        doc_status=sent.doc_status,
    )
