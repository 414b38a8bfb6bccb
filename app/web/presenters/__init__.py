"""From findings to what a page shows: words, icons and order are decided here, never in a template."""
