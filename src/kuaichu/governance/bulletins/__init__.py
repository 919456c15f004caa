"""Day analysis, week bulletin, month assessment: counted once, kept as a run, shown as page, PDF and Excel."""
