"""Files that only this installation can read: encrypted at rest, in a folder or in a bucket.

`cipher` is the sealed form of a file and touches neither disk nor network; `keys` says where master keys
come from; `folder` and `bucket` are places where sealed bytes lie and know no key; `vault` ties the three.
"""

from visavis.avatars.ids import new_id
from visavis.avatars.vault.cipher import Unreadable
from visavis.avatars.vault.folder import Folder
from visavis.avatars.vault.keys import MasterKeys
from visavis.avatars.vault.place import Place
from visavis.avatars.vault.spool import Spool
from visavis.avatars.vault.vault import Stored, Vault, Writer, vault_at

__all__ = [
    "Folder",
    "MasterKeys",
    "Place",
    "Spool",
    "Stored",
    "Unreadable",
    "Vault",
    "Writer",
    "new_id",
    "vault_at",
]
