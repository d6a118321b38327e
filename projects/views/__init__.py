"""HTTP in, HTML out: fetch through access, clean by a form, one action or queue_ call, answer."""
