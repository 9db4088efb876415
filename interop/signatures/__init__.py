"""Signatures on documents (chữ ký số): the home of pyHanko.

Nothing is verified yet: the port Verifier and its adapters come with a later step. The demo
province signs with a PKI of its own in `tools.province.signing`, which judges nothing.
"""
