"""Everything that changes the dossier: photos in, instruments out. Import the modules."""
