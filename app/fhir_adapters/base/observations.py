"""Observation and QuestionnaireResponse, opened. Which value means what is for the rules to say."""

from collections.abc import Iterator, Sequence

from app.domain.chart import Answer, Observation, ObservationComponent, ObservationValue, QuestionnaireResponse
from app.domain.codes import Concept
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.values import Opening, coding, concept, concepts, plain_code, plain_codes

_NO_VALUE = ObservationValue()


def open_observation(reference: str, sent: fhir.Observation, opening: Opening) -> Observation:
    """An Observation; for a Period, its start is `effective` and its end stands apart."""
    period = opening.period(sent.effective_period, "effectivePeriod")
    moment = opening.day(sent.effective_date_time or sent.effective_instant, "effectiveDateTime")
    return Observation(
        reference=reference,
        status=sent.status,
        concept=concept(sent.code),
        value=_value(sent, "", opening),
        subject=opening.reference(sent.subject),
        categories=plain_codes(sent.category),
        effective=moment or (period.start or period.end if period else None),
        effective_end=period.end if period else None,
        issued=opening.day(sent.issued, "issued"),
        interpretations=concepts(sent.interpretation),
        components=tuple(_component(c, opening) for c in sent.component or ()),
        members=opening.references_of(sent.has_member),
        derived_from=opening.references_of(sent.derived_from),
        method=concept(sent.method),
        specimen=sent.specimen.display if sent.specimen else None,
        notes=tuple(note.text for note in sent.note or () if note.text),
        unreadable=opening.named(),
    )


def _component(sent: fhir.ObservationComponent, opening: Opening) -> ObservationComponent:
    return ObservationComponent(concept(sent.code), _value(sent, "component.", opening), concepts(sent.interpretation))


def _value(sent: fhir.Observation | fhir.ObservationComponent, prefix: str, opening: Opening) -> ObservationValue:
    absent = plain_code(sent.data_absent_reason)
    if sent.value_quantity is not None and not (absent and sent.value_quantity.value is None):
        return ObservationValue(quantity=opening.quantity(sent.value_quantity, prefix + "valueQuantity"))
    if sent.value_codeable_concept is not None:
        return ObservationValue(concept=concept(sent.value_codeable_concept))
    if sent.value_integer is not None:
        return ObservationValue(number=opening.number(sent.value_integer, prefix + "valueInteger"))
    if sent.value_boolean is not None:
        return ObservationValue(is_true=sent.value_boolean)
    if sent.value_range is not None:
        return ObservationValue(range=opening.range(sent.value_range, prefix + "valueRange"))
    text = sent.value_string or sent.value_date_time or sent.value_time
    if text is not None:
        return ObservationValue(text=text)
    _name_other_values(sent, prefix, opening)
    return ObservationValue(absent_reason=absent) if absent else _NO_VALUE


def _name_other_values(sent: fhir.Observation | fhir.ObservationComponent, prefix: str, opening: Opening) -> None:
    """There is a value, of a kind that no rule reads: that is not the same as no value."""
    others = {
        "valueRatio": sent.value_ratio,
        "valuePeriod": sent.value_period,
        "valueSampledData": sent.value_sampled_data,
    }
    opening.unreadable += [prefix + name for name, value in others.items() if value is not None]


def open_questionnaire_response(
    reference: str, sent: fhir.QuestionnaireResponse, opening: Opening
) -> QuestionnaireResponse:
    """A filled-in form, flattened to the items that have an answer, in the order of the form."""
    return QuestionnaireResponse(
        reference=reference,
        status=sent.status,
        questionnaire=sent.questionnaire,
        subject=opening.reference(sent.subject),
        authored_on=opening.day(sent.authored, "authored"),
        answers=tuple(_answers(sent.item, opening)),
    )


def _answers(items: Sequence[fhir.ResponseItem] | None, opening: Opening) -> Iterator[Answer]:
    for item in items or ():
        if item.answer:
            yield Answer(item.link_id, item.definition, item.text, tuple(_answer(a, opening) for a in item.answer))
        yield from _answers(item.item, opening)
        for answer in item.answer or ():
            yield from _answers(answer.item, opening)


def _answer(sent: fhir.ResponseAnswer, opening: Opening) -> ObservationValue:
    if sent.value_coding is not None:
        return ObservationValue(concept=Concept((coding(sent.value_coding),)))
    if sent.value_quantity is not None:
        return ObservationValue(quantity=opening.quantity(sent.value_quantity, "answer.valueQuantity"))
    if sent.value_boolean is not None:
        return ObservationValue(is_true=sent.value_boolean)
    number = sent.value_integer if sent.value_integer is not None else sent.value_decimal
    if number is not None:
        return ObservationValue(number=opening.number(number, "answer.value"))
    text = sent.value_string or sent.value_date or sent.value_date_time or sent.value_time or sent.value_uri
    return ObservationValue(text=text)
