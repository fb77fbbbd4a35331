import { GroundShadow, RoomBackground } from "./room.tsx";

export function ShelfIllustration() {
	return (
		<RoomBackground wall="cool">
			<GroundShadow y={220} rx={76} />
			<path className="fill-illustration-wood-dark" d="M98 20h8v200h-8zM214 20h8v200h-8z" />
			<g className="fill-illustration-wood">
				<path d="M92 62h136v7H92zM92 114h136v7H92zM92 166h136v7H92zM92 206h136v7H92z" />
			</g>
			<g>
				<path className="fill-illustration-clay" d="M112 32h10v30h-10z" />
				<path className="fill-illustration-linen" d="M123 28h8v34h-8z" />
				<path className="fill-illustration-leaf-dark" d="M132 34h12v28h-12z" />
				<path className="fill-illustration-sand" d="M146 35l8-2 8 28-8 2z" />
				<path className="fill-illustration-linen" d="M180 46h24l-3 16h-18z" />
				<path
					className="stroke-illustration-leaf"
					d="M192 46q-4-16-16-18M192 46q0-18 4-26M192 46q4-12 14-12"
					fill="none"
					strokeWidth="4"
					strokeLinecap="round"
				/>
				<path className="fill-illustration-clay" d="M118 98q-4-12 4-16h10q8 4 4 16 0 16-9 16t-9-16z" />
				<path className="fill-illustration-leaf" d="M156 108h40v6h-40zM160 102h34v6h-34z" />
				<path className="fill-illustration-clay" d="M158 96h30v6h-30z" />
				<path className="fill-illustration-sand" d="M112 138h44v28h-44z" />
				<path
					className="stroke-illustration-wood-dark"
					d="M112 147h44M112 156h44M126 138v28M141 138v28"
					strokeWidth="1.3"
					opacity=".5"
				/>
				<path className="fill-illustration-night" d="M170 132h9v34h-9zM192 136h8v30h-8z" />
				<path className="fill-illustration-linen" d="M180 136h11v30h-11z" />
				<path className="fill-illustration-sky" d="M201 133h8v33h-8z" />
				<path className="fill-illustration-linen" d="M116 192q0-6 6-6h34q6 0 6 6v14h-46z" />
				<path className="fill-illustration-leaf" d="M166 194q0-6 6-6h28q6 0 6 6v12h-40z" />
			</g>
		</RoomBackground>
	);
}

export function BasketIllustration() {
	return (
		<RoomBackground wall="warm">
			<path className="fill-illustration-wall" d="M0 0h92v178H0z" opacity=".7" />
			<GroundShadow y={218} rx={88} />
			<g>
				<path className="fill-illustration-linen" d="M112 116q-6-34 26-36 14-18 38-6 30 0 30 42z" />
				<path
					className="stroke-illustration-sand"
					d="M140 82q-8 16-4 34M178 76q10 16 8 40"
					fill="none"
					strokeWidth="2"
				/>
				<path className="fill-illustration-leaf" d="M150 116q-4-30 20-38 26 8 22 38z" opacity=".85" />
			</g>
			<path
				className="stroke-illustration-wood-dark"
				d="M92 128q-18 2-14 24M228 128q18 2 14 24"
				fill="none"
				strokeWidth="7"
				strokeLinecap="round"
			/>
			<path className="fill-illustration-wood" d="M84 112h152l-14 94q-2 12-16 12h-92q-14 0-16-12z" />
			<g className="stroke-illustration-wood-dark" fill="none" strokeWidth="2" opacity=".6">
				<path d="M86 130q74 12 148 0M89 146q71 12 142 0M91 162q69 12 138 0M93 178q67 12 134 0M96 194q64 12 128 0" />
				<path d="M104 114l10 104M124 116l7 102M146 118l3 100M174 118l-3 100M196 116l-7 102M216 114l-10 104" />
			</g>
			<ellipse
				className="stroke-illustration-wood-dark"
				cx="160"
				cy="113"
				rx="76"
				ry="8"
				fill="none"
				strokeWidth="7"
			/>
		</RoomBackground>
	);
}

export function BenchIllustration() {
	return (
		<RoomBackground wall="plain">
			<path className="stroke-illustration-wood-dark" d="M84 46h152" strokeWidth="6" strokeLinecap="round" />
			<path
				className="stroke-illustration-wood"
				d="M104 46v14M160 46v14M216 46v14"
				strokeWidth="6"
				strokeLinecap="round"
			/>
			<path className="fill-illustration-leaf" d="M92 60q12-10 24 0l8 62q-20 8-40 0z" />
			<path className="stroke-illustration-leaf-dark" d="M104 58v64" strokeWidth="2" opacity=".6" />
			<path className="fill-illustration-sand" d="M196 64h40l-4 44h-32z" />
			<path className="stroke-illustration-wood-dark" d="M206 66q10-16 20 0" fill="none" strokeWidth="3" />
			<GroundShadow y={220} rx={112} />
			<path className="fill-illustration-wood-dark" d="M66 150h11v70H66zM243 150h11v70h-11z" />
			<path className="fill-illustration-wood" d="M66 180h188v5H66zM66 206h188v5H66z" />
			<rect className="fill-illustration-wood" x="54" y="144" width="212" height="11" rx="4" />
			<rect className="fill-illustration-clay" x="62" y="134" width="196" height="11" rx="5" />
			<g>
				<path
					className="fill-illustration-night"
					d="M94 206v-14h14q2 6 14 7 6 1 6 7zM130 206v-14h14q2 6 14 7 6 1 6 7z"
				/>
				<path
					className="fill-illustration-linen"
					d="M188 180v-12h12q2 5 12 6 5 1 5 6zM220 180v-12h10q2 5 10 6 4 1 4 6z"
				/>
				<path className="fill-illustration-leaf-dark" d="M192 206v-20h16v12q14 0 14 8z" />
			</g>
		</RoomBackground>
	);
}
