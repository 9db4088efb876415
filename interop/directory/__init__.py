"""Who is who, and in which groups, as Active Directory says."""
