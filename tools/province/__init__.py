"""A small province made on the spot (tỉnh mẫu): agencies, documents, signatures, deliveries.

What `vankho demo` ingests. Everything is invented: names of persons and communes, texts,
keys. Read downwards: `agencies` and `subjects` say who writes about what, `documents` drafts,
`typeset`, `scans` and `office_files` make files, `pki`, `artwork` and `signing` sign them in
the real order at the `office`, `schedule` numbers everything, `make` writes folder and manifest.
"""
