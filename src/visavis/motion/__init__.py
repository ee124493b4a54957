"""How a face moves: from speech and time to numbers, without a pixel.

Owns what lips, jaw, tongue, eyes, brows and head do at a frame; knows no picture and no engine.
`frames` names the numbers, `visemes` says what each phone asks of the mouth, `articulation` blends
them in time, `life` is what a face does when it does nothing, `emphasis` what it adds while it talks.
"""
