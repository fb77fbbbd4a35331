import "@remix-run/node";

// Remix's types say that dates in loader data become strings, but with Remix's single fetch they stay dates.
declare module "@remix-run/node" {
	interface Future {
		v3_singleFetch: true;
	}
}
