"""Checks RS256 signatures with nothing but whole numbers, so that no library is needed for it.

Follows RFC 8017 (RSASSA-PKCS1-v1_5), RFC 7515 and the DER encoding of public keys. It is for a
sandbox on loopback: it verifies, it holds no secret, and its timing does not matter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Final

_SHA256: Final = bytes.fromhex("3031300d060960864801650304020105000420")
_PEM: Final = re.compile(r"-----BEGIN [A-Z ]+-----(.+?)-----END", re.DOTALL)
_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03

Key = tuple[int, int]
"""Modulus and exponent."""


def key_of(pem: str) -> Key:
    """The RSA key in a PEM public key or certificate; ValueError when there is none."""
    found = _PEM.search(pem)
    if found is None:
        raise ValueError("not a PEM public key or certificate")
    key = _find(base64.b64decode(found.group(1)))
    if key is None:
        raise ValueError("no RSA key in this PEM")
    return key


def _parts(der: bytes) -> list[tuple[int, bytes]]:
    """(tag, content) of the elements that lie beside each other."""
    parts, place = [], 0
    while place + 2 <= len(der):
        tag, length = der[place], der[place + 1]
        place += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(der[place : place + size], "big")
            place += size
        parts.append((tag, der[place : place + length]))
        place += length
    return parts


def _find(der: bytes) -> Key | None:
    parts = _parts(der)
    tags = [tag for tag, _ in parts]
    if tags == [_INTEGER, _INTEGER]:
        modulus, exponent = (int.from_bytes(content, "big") for _, content in parts)
        return (modulus, exponent) if modulus > 2**500 else None
    for tag, content in parts:
        inner = content[1:] if tag == _BITS else content
        found = _find(inner) if tag in (_SEQUENCE, _BITS) else None
        if found is not None:
            return found
    return None


def decode(text: str) -> bytes:
    """Bytes of URL-safe base64 without padding; ValueError when it is none."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def verified(token: str, key: Key) -> bytes | None:
    """The payload of a compact RS256 token; None when it was not signed with this key."""
    signed, _, signature_text = token.rpartition(".")
    payload = signed.partition(".")[2]
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    signature = decode(signature_text)
    if len(signature) != size:
        return None
    opened = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
    digest = _SHA256 + hashlib.sha256(signed.encode()).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    return decode(payload) if opened == expected else None
