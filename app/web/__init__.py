"""The pages: thin routes (parse, one use case, present, render) and presenters; the HTML lives in `templates/`."""
