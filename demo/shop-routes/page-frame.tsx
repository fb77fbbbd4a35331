import { Form, Link, useLocation } from "@remix-run/react";
import { ChevronDown, CircleHelp, LogOut, MessageCircle, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import {
	Avatar,
	Button,
	ButtonLink,
	buttonClasses,
	SelectField,
	SkipLink,
	StoreMark,
} from "#app/components/ui/index.ts";

type NamedCustomer = { id: string; name: string };

/** The page layout of the demo shop: header, content, footer, and a link to the chat. */
export function ShopFrame({
	signedIn,
	demoPeople,
	children,
}: {
	/** The customer who is signed in; null for a guest. */
	signedIn: NamedCustomer | null;
	/** The invented customers as whom a visitor can sign in; null when this sign-in does not exist. */
	demoPeople: NamedCustomer[] | null;
	children: ReactNode;
}) {
	return (
		<div className="flex min-h-dvh flex-col">
			<SkipLink />
			<header className="border-line border-b">
				<div className="mx-auto flex min-h-16 max-w-page flex-wrap items-center gap-x-1 px-4 sm:gap-x-2 sm:px-6">
					<Link
						to="/"
						className="me-auto inline-flex min-h-11 items-center gap-2.5 rounded-control font-semibold text-lg"
					>
						<StoreMark />
						Mevi Living
					</Link>
					<ButtonLink to="/help" variant="quiet" className="px-3">
						<CircleHelp size={20} aria-hidden="true" className="max-sm:hidden" />
						Help
					</ButtonLink>
					{signedIn ? (
						<SignedInCustomer person={signedIn} canSignOut={demoPeople !== null} />
					) : (
						demoPeople && demoPeople.length > 0 && <SignInMenu people={demoPeople} />
					)}
				</div>
			</header>
			<main id="main" className="mx-auto w-full max-w-page flex-1 px-4 pt-8 pb-16 sm:px-6 sm:pt-12">
				{children}
			</main>
			<Footer />
			<ChatLink />
		</div>
	);
}

function SignedInCustomer({ person, canSignOut }: { person: NamedCustomer; canSignOut: boolean }) {
	const here = useCurrentPath();
	return (
		<div className="-me-3 flex items-center sm:gap-1">
			<ButtonLink to="/#orders" variant="quiet" className="px-2 sm:px-3">
				<Avatar name={person.name} size="small" />
				<span className="sr-only">Your orders, signed in as </span>
				<span className="max-sm:sr-only">{person.name}</span>
			</ButtonLink>
			{canSignOut ? (
				<Form method="post" action="/sign-out" reloadDocument>
					<input type="hidden" name="next" value={here} />
					<Button variant="quiet" className="px-3">
						<LogOut size={20} aria-hidden="true" />
						<span className="max-sm:sr-only">Sign out</span>
					</Button>
				</Form>
			) : null}
		</div>
	);
}

/** The menu "sign in as" with the invented customers; the `details` element opens without scripts. */
function SignInMenu({ people }: { people: NamedCustomer[] }) {
	const here = useCurrentPath();
	return (
		<details className="group relative -me-3">
			<summary className={buttonClasses({ variant: "quiet" }, "px-3")}>
				<UserRound size={20} aria-hidden="true" className="max-sm:hidden" />
				Sign in
				<ChevronDown
					size={16}
					aria-hidden="true"
					className="transition-transform group-open:rotate-180 max-sm:hidden"
				/>
			</summary>
			<div className="absolute end-0 top-full z-20 mt-2 w-[min(20rem,calc(100vw-2rem))] animate-arrive rounded-card border border-line bg-surface-raised p-4 shadow-float">
				<Form method="post" action="/sign-in-as" reloadDocument>
					<input type="hidden" name="next" value={here} />
					<SelectField
						label="Sign in as"
						name="customerId"
						required
						hint="This is a demo store: its customers and their orders are made up."
					>
						{people.map((person) => (
							<option key={person.id} value={person.id}>
								{person.name}
							</option>
						))}
					</SelectField>
					<Button className="mt-4 w-full">Sign in</Button>
				</Form>
			</div>
		</details>
	);
}

function useCurrentPath(): string {
	const { pathname, search } = useLocation();
	return pathname + search;
}

function Footer() {
	return (
		<footer className="border-line border-t">
			<div className="mx-auto flex max-w-page flex-wrap items-center gap-x-6 gap-y-1 px-4 pt-6 pb-28 text-ink-soft text-sm sm:px-6">
				<p className="me-auto">Mevi Living, things for rooms that are lived in.</p>
				<nav aria-label="Service" className="flex gap-x-5">
					<FooterLink to="/help">Help</FooterLink>
					<FooterLink to="/chat">Chat with us</FooterLink>
				</nav>
			</div>
		</footer>
	);
}

function FooterLink({ to, children }: { to: string; children: ReactNode }) {
	return (
		<Link
			to={to}
			className="inline-flex min-h-11 items-center underline-offset-4 hover:text-ink hover:underline"
		>
			{children}
		</Link>
	);
}

/** The link to the chat on every page of the demo shop; it works without scripts. */
function ChatLink() {
	return (
		<aside aria-label="Chat">
			<ButtonLink
				to="/chat"
				className="fixed end-4 bottom-[max(1rem,env(safe-area-inset-bottom))] z-30 min-h-14 min-w-14 rounded-full shadow-float sm:end-6 sm:bottom-6 sm:px-5 print:hidden max-sm:px-0"
			>
				<MessageCircle size={24} aria-hidden="true" />
				<span className="max-sm:sr-only">Chat with us</span>
			</ButtonLink>
		</aside>
	);
}
