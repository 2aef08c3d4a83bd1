"""All SQL, the migrations, and the embedded PostgreSQL. Nothing here decides anything."""
