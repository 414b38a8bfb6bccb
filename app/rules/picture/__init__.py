"""The clinical picture below the dose: urine tests, medicines beside the opioid, scores, visits and steps of care, other facts.

Facts only, from the same finders as the rules, so that the picture and the findings never disagree. No module here colours
anything that a rule judges.
"""
