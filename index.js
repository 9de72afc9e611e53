// n8n loads the files named in package.json under "n8n"; this one only satisfies "main".
