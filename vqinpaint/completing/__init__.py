"""Pictures with holes in, completions out: any size, any engine. Reads no flags."""
