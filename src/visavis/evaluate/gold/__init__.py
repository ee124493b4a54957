"""The user's own recordings: a folder of them with their transcripts becomes scenarios (reading, tables,
examining), and clean speech is cut out of videos into such a folder (listening, choosing, cutting, subtitles,
hearing, stills).

Refuses to keep what it reads: recordings stay where they are, and scenarios name their files.
"""
