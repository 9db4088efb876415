"""Signatures on documents (chữ ký số): the home of pyHanko. docs/signatures.md tells the model.

A `Verifier` says what a file alone tells; `judging` adds what is known of the document and folds it
into a verdict. Nothing is fetched, nothing is kept; who keeps verdicts and asks for them comes later.
"""
