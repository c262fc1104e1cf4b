// The public half of a private key that somebody pasted or chose, where it can be taken without the passphrase. What is read here goes nowhere but into the form.
import { base64, ecdsaBlob, fromBase64, lineOf, publicOf, readString, rsaBlob, text } from "./ssh.js";

const Sequence = 0x30;
const Integer = 0x02;
const BitString = 0x03;
const OctetString = 0x04;
const Identifier = 0x06;
const Curve = 0xa0;
const Point = 0xa1;
const Uncompressed = 4;

// Java's, and PKCS#12 in BER with indefinite lengths.
const keyStores = [[0xfe, 0xed, 0xfe, 0xed], [0x30, 0x80, 0x02, 0x01, 0x03]];

// RFC 5480 2.1.1.1, as they stand in DER, with the length of a point.
const curves = {
    "42,134,72,206,61,3,1,7": ["nistp256", 65],
    "43,129,4,0,34": ["nistp384", 97],
    "43,129,4,0,35": ["nistp521", 133],
};

// What PKCS#8 holds; which it is the browser says.
const algorithms = [
    { name: "Ed25519" },
    ...["P-256", "P-384", "P-521"].map(namedCurve => ({ name: "ECDSA", namedCurve })),
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
];

// X.690: the values that stand one behind the other in a content.
function* read(bytes) {
    for (let at = 0; at < bytes.length;) {
        const tag = bytes[at++];
        let length = bytes[at++];
        if (length >= 0x80) {
            const digits = bytes.slice(at, at += length & 0x7f);
            length = digits.reduce((all, digit) => all * 256 + digit, 0);
        }

        const end = at + length;
        if (!(end <= bytes.length)) {
            throw new RangeError("cut off");
        }

        yield { tag, content: bytes.slice(at, end) };
        at = end;
    }
}

function valuesOf(bytes, ...tags) {
    const values = [...read(bytes)];
    if (tags.some((tag, at) => values[at]?.tag !== tag)) {
        throw new RangeError("not of this form");
    }

    return values.map(value => value.content);
}

// RFC 8017 A.1.2: version, modulus, public exponent, and then the numbers that are no concern of ours.
function rsaOf(der) {
    const [, n, e] = valuesOf(valuesOf(der, Sequence)[0], Integer, Integer, Integer);
    return rsaBlob(n, e);
}

// RFC 5915: version, the number that is no concern of ours, curve, public key. The last two may be left out.
function ecOf(der) {
    const [, , curve, key] = valuesOf(valuesOf(der, Sequence)[0], Integer, OctetString, Curve, Point);
    const [name, length] = curves[valuesOf(curve, Identifier)[0].join()];
    const point = valuesOf(key, BitString)[0].slice(1);
    if (point[0] !== Uncompressed || point.length !== length) {
        throw new RangeError("no such point");
    }

    return ecdsaBlob(name, point);
}

// RFC 5958: the browser reads it; the public half may have to be computed.
async function pkcs8Of(der) {
    for (const algorithm of algorithms) {
        const key = await crypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]).catch(() => null);
        if (key) {
            return publicOf(await crypto.subtle.exportKey("jwk", key));
        }
    }

    throw new RangeError("not of a type that the browser has");
}

const startsWith = (bytes, start) => start.every((each, at) => bytes[at] === each);

// What an armour would say of bytes that are a private key without one; null of others.
function formOf(bytes) {
    if (startsWith(bytes, [...text("openssh-key-v1\0")])) {
        return "OPENSSH ";
    }

    if (keyStores.some(start => startsWith(bytes, start))) {
        return "KEY STORE ";
    }

    try {
        const [first, second, ...others] = read(valuesOf(bytes, Sequence)[0]);
        if (first.tag === Sequence) {
            return second.tag === OctetString ? "ENCRYPTED " : null;
        }

        const version = first.tag === Integer && first.content.length === 1 ? first.content[0] : null;
        if (version !== 0 && version !== 1) {
            return version === 3 ? "KEY STORE " : null;
        }

        return second.tag === Sequence ? "" : second.tag === OctetString ? "EC " : others.length === 7 ? "RSA " : "DSA ";
    } catch {
        return null;
    }
}

// The same private key in armour; null for bytes that are none.
export function armoured(bytes) {
    const form = formOf(bytes);
    return form === null ? null : `-----BEGIN ${form}PRIVATE KEY-----\n${base64(bytes)}\n-----END ${form}PRIVATE KEY-----\n`;
}

// openssh-key-v1: cipher, key derivation, its options, the number of keys, and the public key in clear, whatever the passphrase is.
function openSshOf(bytes) {
    let at = "openssh-key-v1\0".length;
    for (let field = 0; field < 3; field++) {
        at = readString(bytes, at).end;
    }

    return readString(bytes, at + 4).value;
}

// A PPK has its public half in clear, beside the private one.
function ppkOf(content) {
    const count = /^Public-Lines:[ \t]*(\d{1,4})[ \t]*$/im.exec(content);
    const lines = content.slice(count.index + count[0].length).split(/\r\n|\r|\n/).slice(1, 1 + Number(count[1]));
    return fromBase64(lines.map(line => line.trim()).join(""));
}

// A public key is strings to its end: else it was cut off.
function whole(blob) {
    for (let at = 0; at < blob.length;) {
        at = readString(blob, at).end;
    }

    return blob;
}

async function blobOf(content) {
    if (/^PuTTY-User-Key-File-\d+:/im.test(content)) {
        return ppkOf(content);
    }

    const [, form, armour] = /-----BEGIN (OPENSSH |RSA |EC |)PRIVATE KEY-----([^-]*)-----END \1PRIVATE KEY-----/i.exec(content);
    const bytes = fromBase64(armour.replaceAll(/\s/g, ""));
    const reads = { "OPENSSH ": openSshOf, "RSA ": rsaOf, "EC ": ecOf, "": pkcs8Of };
    return reads[form.toUpperCase()](bytes);
}

// A passphrase lies over all of it. Of OpenSSH's and PuTTY's own forms it leaves the public half in clear.
export const isLocked = content => /BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type:.*ENCRYPTED/im.test(content);

// The line of the public half; null where it cannot be taken.
export async function publicHalf(content) {
    try {
        return isLocked(content) ? null : lineOf(whole(await blobOf(content)));
    } catch {
        // Whatever is damaged, left out, or of a type that this browser has not: it is told so.
        return null;
    }
}
