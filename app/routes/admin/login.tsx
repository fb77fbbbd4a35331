import {
	type ActionFunctionArgs,
	data,
	type LoaderFunctionArgs,
	type MetaFunction,
	redirect,
} from "@remix-run/node";
import { Form, useActionData, useNavigation, useSearchParams } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { z } from "zod/v4";
import { readLogin, signInAgent } from "#app/auth/agent.server.ts";
import { Button, Notice, StoreMark, TextField } from "#app/components/ui/index.ts";
import { check, readForm } from "#app/http/body.server.ts";
import { ownPath } from "#app/http/own-path.server.ts";
import { passRetryAfter, problemInit, toProblem } from "#app/http/respond.server.ts";

export const meta: MetaFunction = () => [{ title: "Sign in · Mevi Chat" }];

/** Copies the Retry-After header of a 429 response to the page's response. */
export const headers = passRetryAfter;

const credentials = z.object({
	email: z.string().trim().max(320),
	password: z.string().max(256),
	next: z.string().optional(),
});

/** GET /admin/login: the login form. An agent who is already logged in is redirected to the page in `next`. */
export async function loader({ request }: LoaderFunctionArgs) {
	const { agent, headers } = await readLogin(request);
	if (agent) throw redirect(pathAfterLogin(new URL(request.url).searchParams.get("next")), { headers });
	return null;
}

/** The path to show after the login. Only paths of the dashboard are accepted. */
const pathAfterLogin = (next: string | null | undefined): string =>
	ownPath(next, { under: "/admin/", otherwise: "/admin/chat" });

/**
 * POST /admin/login: logs the agent in and redirects to the dashboard, or answers 401 and keeps the typed email
 * address.
 */
export async function action({ request }: ActionFunctionArgs) {
	let email = "";
	try {
		const form = await readForm(request, z.record(z.string(), z.string()));
		email = form.email ?? "";
		const input = check(form, credentials);
		const headers = await signInAgent(request, input);
		if (headers) {
			return redirect(pathAfterLogin(input.next), { headers });
		}
		return data({ email, problem: "Wrong email or password.", wrongField: "password" }, { status: 401 });
	} catch (error) {
		const problem = toProblem(request, error);
		const fields = problem.fieldErrors ?? {};
		const wrongField = ["email", "password"].find((name) => name in fields) ?? null;
		return data({ email, problem: problem.detail, wrongField }, problemInit(problem));
	}
}

export default function LoginPage() {
	const refused = useActionData<typeof action>();
	const [search] = useSearchParams();
	const isBusy = useNavigation().state !== "idle";
	const form = useRef<HTMLFormElement>(null);
	const error = useRef<HTMLDivElement>(null);
	const wrong = refused?.wrongField ?? null;
	useEffect(() => {
		if (!refused?.problem) return;
		const field = wrong ? form.current?.elements.namedItem(wrong) : null;
		(field instanceof HTMLElement ? field : error.current)?.focus();
	}, [refused, wrong]);
	return (
		<main
			id="main"
			className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-6 px-6 pt-12 pb-24"
		>
			<div className="flex flex-col items-center text-center">
				<StoreMark className="size-12" />
				<h1 className="mt-4 font-semibold text-2xl">Mevi Chat</h1>
				<p className="mt-1 text-ink-soft">Sign in to answer customers.</p>
			</div>
			{refused?.problem ? (
				<div ref={error} tabIndex={-1}>
					<Notice tone="danger">{refused.problem}</Notice>
				</div>
			) : null}
			<Form
				ref={form}
				method="post"
				className="flex flex-col gap-4 sm:rounded-card sm:border sm:border-line sm:bg-surface-raised sm:p-6"
			>
				<input type="hidden" name="next" value={search.get("next") ?? ""} />
				<TextField
					label="Email"
					name="email"
					type="text"
					inputMode="email"
					autoCapitalize="none"
					spellCheck={false}
					autoComplete="username"
					required
					defaultValue={refused?.email ?? ""}
					autoFocus={wrong === "email"}
				/>
				<TextField
					label="Password"
					name="password"
					type="password"
					autoComplete="current-password"
					required
					autoFocus={wrong === "password"}
				/>
				<Button disabled={isBusy} className="mt-1">
					{isBusy ? "Signing in" : "Sign in"}
				</Button>
			</Form>
		</main>
	);
}
