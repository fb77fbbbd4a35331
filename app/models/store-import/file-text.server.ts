import iconv from "iconv-lite";

/** Error: a file cannot be decoded as text. The message names the file's encoding as far as it is known. */
export class UnreadableText extends Error {}

export type FileText = {
	text: string;
	/** The encoding of the file: "UTF-8", or the common name of the detected encoding, such as "windows-1252". */
	encoding: string;
};

/**
 * Byte order marks (the first bytes of a Unicode file), longest first, because the mark of UTF-32LE begins with that of
 * UTF-16LE.
 */
const BYTE_ORDER_MARKS: { bytes: number[]; encoding: string }[] = [
	{ bytes: [0xff, 0xfe, 0, 0], encoding: "UTF-32LE" },
	{ bytes: [0, 0, 0xfe, 0xff], encoding: "UTF-32BE" },
	{ bytes: [0xff, 0xfe], encoding: "UTF-16LE" },
	{ bytes: [0xfe, 0xff], encoding: "UTF-16BE" },
];

/**
 * Encodings older than UTF-8 that programs still write (https://encoding.spec.whatwg.org/#names-and-labels), by the
 * detector's name, with their common names.
 */
const LEGACY_ENCODINGS: Record<string, string> = {
	"utf-16-le": "UTF-16LE",
	"utf-16-be": "UTF-16BE",
	"utf-32-le": "UTF-32LE",
	"utf-32-be": "UTF-32BE",
	"windows-1250": "windows-1250",
	"windows-1251": "windows-1251",
	"windows-1252": "windows-1252",
	"windows-1253": "windows-1253",
	"windows-1254": "windows-1254",
	"windows-1255": "windows-1255",
	"windows-1256": "windows-1256",
	"windows-1257": "windows-1257",
	"windows-1258": "windows-1258",
	cp874: "windows-874",
	"koi8-r": "KOI8-R",
	"koi8-u": "KOI8-U",
	cp932: "Shift_JIS",
	shift_jis: "Shift_JIS",
	"euc-jp": "EUC-JP",
	gb18030: "GB18030",
	gb2312: "GB18030",
	big5: "Big5",
	cp949: "EUC-KR",
	"euc-kr": "EUC-KR",
};

/**
 * The detection of an encoding is unsafe when the second guess has more than this share of the first guess's
 * confidence.
 */
const AMBIGUOUS_SHARE = 0.9;

/**
 * Decodes an imported file: by its byte order mark, as UTF-8, or in the detected encoding.
 * @throws UnreadableText when the encoding is unknown, or when several encodings give different texts.
 */
export async function readText(bytes: Buffer): Promise<FileText> {
	const mark = BYTE_ORDER_MARKS.find((one) => one.bytes.every((byte, index) => bytes[index] === byte));
	if (mark) return decodeAs(mark.encoding, bytes.subarray(mark.bytes.length));
	const utf8 = decodeUtf8(bytes);
	// Western text in UTF-16 without a byte order mark is valid UTF-8 with many NULs, so NULs mean that the file is not
	// UTF-8.
	if (utf8 !== null && !utf8.includes("\u0000")) return { text: utf8, encoding: "UTF-8" };
	const guesses = await detectEncodings(bytes);
	const [best] = guesses;
	if (utf8 !== null && !best?.encoding.startsWith("UTF-")) return { text: utf8, encoding: "UTF-8" };
	if (!best) {
		throw new UnreadableText("its encoding is not UTF-8 and was not recognised; save it as UTF-8");
	}
	const read = decodeAs(best.encoding, bytes);
	const rival = guesses.find(
		(guess) =>
			guess.confidence > best.confidence * AMBIGUOUS_SHARE &&
			iconv.decode(bytes, guess.encoding) !== read.text,
	);
	if (rival) {
		throw new UnreadableText(
			`its encoding is not UTF-8; it may be ${best.encoding} or ${rival.encoding}. Save it as UTF-8`,
		);
	}
	return read;
}

function decodeUtf8(bytes: Buffer): string | null {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		// The decoder throws a TypeError only for bytes that are not UTF-8.
		return null;
	}
}

/** The possible encodings of a file's bytes, most likely first. */
async function detectEncodings(bytes: Buffer): Promise<{ encoding: string; confidence: number }[]> {
	// The encoding detector is imported only when needed, because loading its data takes 100 ms.
	const { detectAll } = await import("jschardet");
	return detectAll(bytes, { minimumThreshold: 0, detectEncodings: Object.keys(LEGACY_ENCODINGS) }).flatMap(
		({ encoding, confidence }) => {
			const name = LEGACY_ENCODINGS[encoding?.toLowerCase() ?? ""];
			return name ? [{ encoding: name, confidence }] : [];
		},
	);
}

function decodeAs(encoding: string, bytes: Buffer): FileText {
	const text = iconv.decode(bytes, encoding);
	// An odd byte at the end of UTF-16 means a truncated file, but the decoder would ignore it without an error.
	const isCut = encoding.startsWith("UTF-16") && bytes.length % 2 === 1;
	if (isCut || text.includes("\uFFFD") || !text.isWellFormed()) {
		throw new UnreadableText(
			`it looks like ${encoding}, but some bytes of it cannot be read as that; save it as UTF-8`,
		);
	}
	return { text, encoding };
}
