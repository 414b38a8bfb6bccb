"""FHIR JSON on disk: a file is a chart.

`records_from` reads a file or a folder into memory; `iter_records` and `iter_charts` stream charts one by one.
"""

from app.fhir_adapters.files.charts import iter_charts, record_of
from app.fhir_adapters.files.reader import FileReading, iter_records, records_from

__all__ = ["FileReading", "iter_charts", "iter_records", "record_of", "records_from"]
