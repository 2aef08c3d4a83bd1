"""The XML-DSig Signature of a DataPDU's LAU element: enveloped, exclusive C14N, HMAC-SHA256.

What is written and what is accepted is this one form; other algorithms, references or transforms
are refused, so that nothing but the whole document can be meant.
"""

from __future__ import annotations

import base64
import hashlib

from lxml import etree

DSIG = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DSIG + "enveloped-signature"
HMAC_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def signed_info(root: etree._Element) -> etree._Element:
    """The SignedInfo of a document as it stands, which is what is signed."""
    value = base64.b64encode(hashlib.sha256(canonical(root)).digest()).decode()
    return etree.fromstring(
        f'<ds:SignedInfo xmlns:ds="{DSIG}">'
        f'<ds:CanonicalizationMethod Algorithm="{C14N}"/>'
        f'<ds:SignatureMethod Algorithm="{HMAC_SHA256}"/>'
        '<ds:Reference URI=""><ds:Transforms>'
        f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{C14N}"/>'
        f'</ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/>'
        f"<ds:DigestValue>{value}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )


def canonical(node: etree._Element) -> bytes:
    """The exclusive canonical form without comments."""
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False, with_tail=False)
