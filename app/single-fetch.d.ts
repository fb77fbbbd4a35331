import "@remix-run/node";

// Without this, types say that dates become strings on their way to the page; with single fetch they do not.
declare module "@remix-run/node" {
	interface Future {
		v3_singleFetch: true;
	}
}
