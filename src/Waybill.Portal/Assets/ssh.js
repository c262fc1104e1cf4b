// How SSH writes numbers, texts and public keys.
export const text = value => new TextEncoder().encode(value);
export const join = parts => new Uint8Array(parts.flatMap(part => [...part]));
export const number = value => new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
export const string = bytes => join([number(bytes.length), bytes]);
export const base64 = bytes => btoa(String.fromCharCode(...bytes));
export const fromBase64 = value => Uint8Array.from(atob(value), each => each.charCodeAt(0));
export const fromBase64Url = value => fromBase64(value.replaceAll("-", "+").replaceAll("_", "/"));

// RFC 4251: no zeros in front, but one where the first bit would be a sign.
export function mpint(bytes) {
    const first = bytes.findIndex(each => each !== 0);
    const value = first < 0 ? new Uint8Array() : bytes.slice(first);
    return string(value[0] >= 0x80 ? join([[0], value]) : value);
}

// The string at a place, and the place behind it.
export function readString(bytes, at) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
    const end = at + 4 + length;
    if (end > bytes.length) {
        throw new RangeError("cut off");
    }

    return { value: bytes.slice(at + 4, end), end };
}

// RFC 4253 6.6: the exponent stands first.
export const rsaBlob = (n, e) => join([string(text("ssh-rsa")), mpint(e), mpint(n)]);

// RFC 5656 3.1: the point is uncompressed.
export const ecdsaBlob = (curve, point) => join([string(text(`ecdsa-sha2-${curve}`)), string(text(curve)), string(point)]);

// The blob of a key as the browser exports it (JWK): RFC 8709, 5656, 4253.
export function publicOf(key) {
    if (key.kty === "RSA") {
        return rsaBlob(fromBase64Url(key.n), fromBase64Url(key.e));
    }

    const x = fromBase64Url(key.x);
    return key.kty === "OKP" ? join([string(text("ssh-ed25519")), string(x)]) : ecdsaBlob(key.crv.replace("P-", "nistp"), join([[4], x, fromBase64Url(key.y)]));
}

// A blob as a line of authorized_keys.
export const lineOf = blob => `${new TextDecoder().decode(readString(blob, 0).value)} ${base64(blob)}`;
