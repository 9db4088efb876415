"""edXML (QCVN 102:2016/BTTTT): messages between agencies, read and written without network or store."""
