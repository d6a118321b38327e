"""Teams over HTTP: fetch, form, one act, answer."""
