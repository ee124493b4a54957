"""How a face moves: from speech and time to numbers, without a pixel.

Owns what lips, jaw, tongue, eyes, brows and head do at a frame; knows no picture and no engine.
`speech` is the front door: sound in, Mouth and Head out. `frames` names the numbers; `visemes` says what
each phone asks of the mouth, `articulation` and `closures` set it in time; `loudness` does without phones;
`life` is what a face does when it does nothing, `emphasis` what it adds while it talks.
"""
