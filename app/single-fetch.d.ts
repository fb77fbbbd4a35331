import "@remix-run/node";

// Remix's types say that dates become strings in loader data; with single fetch they stay dates.
declare module "@remix-run/node" {
	interface Future {
		v3_singleFetch: true;
	}
}
