import type { LinksFunction, MetaFunction } from "@remix-run/node";
import {
	isRouteErrorResponse,
	Links,
	Meta,
	Outlet,
	Scripts,
	ScrollRestoration,
	useRouteError,
} from "@remix-run/react";
import type { ReactNode } from "react";
import { usePageContext } from "#app/components/page-context.ts";
import { ButtonLink } from "#app/components/ui/index.ts";
import { useReloadWhenRestored } from "#app/components/use-reload-when-restored.ts";
import stylesheet from "./styles.css?url";

export const links: LinksFunction = () => [
	{ rel: "stylesheet", href: stylesheet },
	{ rel: "icon", href: "/favicon.svg", type: "image/svg+xml" },
];

export const meta: MetaFunction = ({ error }) => [
	{ title: error ? explainError(error).title : "Mevi Living" },
];

/** The HTML document of every page, including error pages. */
export function Layout({ children }: { children: ReactNode }) {
	const { nonce, reference, renderedAt } = usePageContext();
	return (
		<html lang="en" dir="ltr">
			<head>
				<meta charSet="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
				<meta name="theme-color" content="#faf8f5" media="(prefers-color-scheme: light)" />
				<meta name="theme-color" content="#151816" media="(prefers-color-scheme: dark)" />
				{reference ? <meta name="reference" content={reference} /> : null}
				{renderedAt ? <meta name="rendered-at" content={renderedAt} /> : null}
				<Meta />
				<Links />
			</head>
			<body>
				{children}
				<ScrollRestoration nonce={nonce} />
				<Scripts nonce={nonce} />
			</body>
		</html>
	);
}

export default function App() {
	useReloadWhenRestored();
	return <Outlet />;
}

/** The error page, with a sentence for the user; only the server's log has the details. */
export function ErrorBoundary() {
	const error = useRouteError();
	const page = usePageContext();
	const { title, words, reference } = explainError(error);
	return (
		<main id="main" className="mx-auto flex min-h-dvh max-w-lg flex-col justify-center px-6 py-16">
			<h1 className="font-semibold text-2xl">{title}</h1>
			<p className="mt-3 text-ink-soft text-lg">{words}</p>
			<div className="mt-8 flex flex-wrap gap-3">
				<ButtonLink to="/" reloadDocument>
					Go to the store
				</ButtonLink>
				<ButtonLink to="/chat" variant="secondary" reloadDocument>
					Chat with us
				</ButtonLink>
			</div>
			{(reference ?? page.reference) ? (
				<p className="mt-10 text-ink-soft text-sm">
					If you write to us about this, add the reference{" "}
					<code className="select-all font-mono text-ink">{reference ?? page.reference}</code>.
				</p>
			) : null}
		</main>
	);
}

type ErrorExplanation = { title: string; words: string; reference?: string };

/** The texts of the error page. A thrown response may contain problem details: a title, a sentence and a reference. */
function explainError(error: unknown): ErrorExplanation {
	if (!isRouteErrorResponse(error)) {
		return {
			title: "Something went wrong on our side",
			words: "The page could not be made. Please try again in a moment; nothing you sent before is lost.",
		};
	}
	const problem = (typeof error.data === "object" && error.data !== null ? error.data : {}) as {
		detail?: string;
		reference?: string;
	};
	if (error.status === 404) {
		return {
			title: "Page not found",
			words: problem.detail ?? "It may have moved, or the link has a typo.",
			reference: problem.reference,
		};
	}
	if (error.status === 401 || error.status === 403) {
		return {
			title: "This page is not open to you",
			words: problem.detail ?? "Sign in with the account it belongs to, then open it again.",
			reference: problem.reference,
		};
	}
	return {
		title: "This did not work",
		words: problem.detail ?? "Please go back and try once more.",
		reference: problem.reference,
	};
}
