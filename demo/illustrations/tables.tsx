import { GroundShadow, RoomBackground, Window } from "./room.tsx";

export function DiningTableIllustration() {
	return (
		<RoomBackground wall="plain">
			<Window x={112} y={24} w={96} h={76} />
			<GroundShadow y={220} rx={128} />
			<g className="stroke-illustration-wood-dark" fill="none" strokeWidth="5" strokeLinecap="round">
				<path d="M72 176l-3-58q20-7 40 0l-3 58M214 176l-3-58q20-7 40 0l-3 58" />
				<path d="M70 138q20-5 38 0M212 138q20-5 38 0" />
			</g>
			<path className="fill-illustration-wood-dark" d="M60 168h10l4 52h-9zM250 168h10l-5 52h-9z" />
			<rect className="fill-illustration-wood" x="38" y="156" width="244" height="14" rx="6" />
			<path className="fill-illustration-wood-dark" d="M42 167h236q-2 3-6 3H48q-4 0-6-3z" opacity=".6" />
			<path className="fill-illustration-linen" d="M138 134q-4-18 8-24h14q12 6 8 24 0 22-15 22t-15-22z" />
			<path
				className="stroke-illustration-leaf"
				d="M152 112q-4-22-20-28M153 112q2-28 8-38M154 112q8-18 24-22"
				fill="none"
				strokeWidth="2.5"
				strokeLinecap="round"
			/>
			<g className="fill-illustration-leaf">
				<circle cx="131" cy="82" r="7" />
				<circle cx="162" cy="71" r="7" />
				<circle cx="179" cy="89" r="7" />
				<circle cx="147" cy="92" r="5" />
			</g>
			<path className="fill-illustration-clay" d="M200 146h44q-4 10-22 10t-22-10z" />
			<path className="fill-illustration-leaf-dark" d="M74 150h44l-6 6H80z" />
		</RoomBackground>
	);
}

export function SideTableIllustration() {
	return (
		<RoomBackground wall="cool">
			<path
				className="fill-illustration-leaf-dark"
				d="M0 108q0-20 26-20h36q24 0 24 22v28q0-10 11-10t11 10v64q0 8-8 8H0z"
			/>
			<path className="fill-illustration-leaf" d="M0 150h86v22H0z" />
			<path className="stroke-illustration-wood-dark" d="M90 196v14" strokeWidth="6" strokeLinecap="round" />
			<GroundShadow x={196} y={216} rx={54} />
			<path
				className="stroke-illustration-metal"
				d="M160 134l72 80M232 134l-72 80"
				fill="none"
				strokeWidth="5"
				strokeLinecap="round"
			/>
			<ellipse className="fill-illustration-metal" cx="196" cy="134" rx="64" ry="14" />
			<ellipse className="fill-illustration-clay" cx="196" cy="128" rx="64" ry="14" />
			<ellipse className="fill-illustration-linen" cx="196" cy="127" rx="56" ry="10" opacity=".18" />
			<path className="fill-illustration-linen" d="M164 100h30v22q0 5-15 5t-15-5z" />
			<path
				className="stroke-illustration-linen"
				d="M194 104q12 0 12 7t-12 7"
				fill="none"
				strokeWidth="3.5"
			/>
			<path className="fill-illustration-sand" d="M210 117l36-4 3 11-38 5z" />
			<path className="fill-illustration-leaf" d="M208 110l38-4 2 7-38 5z" />
		</RoomBackground>
	);
}

export function DeskIllustration() {
	return (
		<RoomBackground wall="warm">
			<rect className="fill-illustration-linen" x="62" y="34" width="52" height="66" rx="2" />
			<path className="fill-illustration-sky" d="M68 40h40v54H68z" />
			<path className="fill-illustration-leaf" d="M68 80l14-20 10 12 8-8 8 16v14H68z" />
			<GroundShadow y={218} rx={126} />
			<path className="fill-illustration-wood-dark" d="M56 156h9l-5 62h-8zM255 156h9l4 62h-8z" />
			<rect className="fill-illustration-wood" x="40" y="138" width="240" height="11" rx="4" />
			<path className="fill-illustration-wood" d="M50 149h220v20H50z" />
			<path className="fill-illustration-wood-dark" d="M50 149h220v4H50z" opacity=".45" />
			<path
				className="stroke-illustration-wood-dark"
				d="M104 154v14M216 154v14M148 161h24"
				strokeWidth="2.5"
				strokeLinecap="round"
			/>
			<path className="fill-illustration-metal" d="M132 90h68q4 0 4 4v40h-76V94q0-4 4-4z" />
			<path className="fill-illustration-sky" d="M133 95h66v36h-66z" opacity=".6" />
			<path className="fill-illustration-metal" d="M118 134h96l4 4H114z" />
			<path
				className="stroke-illustration-leaf-dark"
				d="M244 138v-4h14M250 134l-10-34 24-22"
				fill="none"
				strokeWidth="4"
				strokeLinecap="round"
				strokeLinejoin="round"
			/>
			<path className="fill-illustration-leaf-dark" d="M252 70l22 10-8 16-22-12z" />
			<circle className="fill-illustration-glow" cx="254" cy="93" r="6" />
			<path className="fill-illustration-clay" d="M74 118h22v16q0 4-11 4t-11-4z" />
			<path
				className="stroke-illustration-wood-dark"
				d="M80 118l-3-20M86 118v-24M91 118l4-18"
				strokeWidth="2.5"
				strokeLinecap="round"
			/>
		</RoomBackground>
	);
}
