"""What a file says about how it was made: Content Credentials (C2PA), and a notice in the picture.

`certificates` is who signs, `signing` puts credentials into a file, `inspecting` reads them, `notice`
draws the label. Importing this loads neither c2pa, cryptography nor PIL.
"""

from visavis.credentials.certificates import Signer
from visavis.credentials.inspecting import Report, inspected
from visavis.credentials.notice import noticed
from visavis.credentials.signing import Facts, sign, signer_at, tried

__all__ = ["Facts", "Report", "Signer", "inspected", "noticed", "sign", "signer_at", "tried"]
