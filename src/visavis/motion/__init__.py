"""How a face moves: from speech and time to numbers, without a pixel.

Owns what lips, jaw, tongue, eyes, brows and head do at a frame; knows no picture and no engine.
`speech` is the front door: sound in, Mouth and Head out. `frames` names the numbers; `visemes` says what
each phone asks of the mouth, `articulation` and `closures` set it in time. Where the times are not known,
`ear` is the network that hears what the mouth does, `hearing` makes frames of it, and `following` helps with
the words if there are any. `life` is what a face does when it does nothing, `emphasis` what it adds while it
talks.
"""
