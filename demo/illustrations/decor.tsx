import { GroundShadow, RoomBackground, Window } from "./room.tsx";

export function VaseIllustration() {
	return (
		<RoomBackground wall="warm" tabletop>
			<circle className="fill-illustration-wall" cx="160" cy="88" r="74" opacity=".8" />
			<g className="stroke-illustration-leaf-dark" fill="none" strokeWidth="2.5" strokeLinecap="round">
				<path d="M158 122q-4-50-44-74M160 122q2-58 10-92M162 122q10-40 46-58" />
			</g>
			<g className="fill-illustration-leaf">
				<ellipse cx="112" cy="46" rx="7" ry="15" transform="rotate(-52 112 46)" />
				<ellipse cx="132" cy="58" rx="6" ry="13" transform="rotate(-12 132 58)" />
				<ellipse cx="134" cy="78" rx="6" ry="13" transform="rotate(-70 134 78)" />
				<ellipse cx="171" cy="27" rx="7" ry="15" transform="rotate(6 171 27)" />
				<ellipse cx="178" cy="52" rx="6" ry="13" transform="rotate(44 178 52)" />
				<ellipse cx="158" cy="58" rx="6" ry="13" transform="rotate(-38 158 58)" />
				<ellipse cx="210" cy="63" rx="7" ry="15" transform="rotate(60 210 63)" />
				<ellipse cx="190" cy="72" rx="6" ry="12" transform="rotate(16 190 72)" />
			</g>
			<GroundShadow y={206} rx={52} />
			<path className="fill-illustration-clay" d="M150 116h20v12q40 8 40 42 0 36-50 36t-50-36q0-34 40-42z" />
			<path
				className="stroke-illustration-linen"
				d="M130 146q-12 12-8 32"
				fill="none"
				strokeWidth="5"
				strokeLinecap="round"
				opacity=".4"
			/>
			<ellipse className="fill-illustration-wood-dark" cx="160" cy="116" rx="11" ry="3" />
			<GroundShadow x={252} y={206} rx={24} />
			<path className="fill-illustration-sand" d="M246 172h12v7q18 4 18 15 0 12-24 12t-24-12q0-11 18-15z" />
		</RoomBackground>
	);
}

export function MirrorIllustration() {
	return (
		<RoomBackground wall="cool">
			<circle className="fill-illustration-shade" cx="164" cy="88" r="68" />
			<circle className="fill-illustration-wood" cx="160" cy="84" r="68" />
			<circle className="fill-illustration-sky" cx="160" cy="84" r="61" />
			<path
				className="fill-illustration-linen"
				d="M114 112l64-83q14 6 24 16l-68 86q-14-7-20-19z"
				opacity=".4"
			/>
			<path className="fill-illustration-linen" d="M146 140l70-88 4 14-60 78q-8 0-14-4z" opacity=".3" />
			<GroundShadow y={220} rx={92} />
			<path className="fill-illustration-wood-dark" d="M84 186h8v34h-8zM228 186h8v34h-8z" />
			<rect className="fill-illustration-wood" x="70" y="176" width="180" height="14" rx="4" />
			<path className="fill-illustration-clay" d="M206 160h30q-2 16-15 16t-15-16z" />
			<path className="fill-illustration-linen" d="M92 154h18v22H92z" />
			<path className="fill-illustration-glow" d="M101 140q7 8 0 13-7-5 0-13z" />
		</RoomBackground>
	);
}

export function PlanterIllustration() {
	return (
		<RoomBackground wall="plain">
			<Window x={206} y={30} w={84} h={96} />
			<GroundShadow x={140} y={220} rx={56} />
			<g className="stroke-illustration-leaf-dark" fill="none" strokeWidth="3.5" strokeLinecap="round">
				<path d="M140 150q-6-60-56-82M140 150q-2-70-8-112M140 150q8-56 48-86M140 150q-30-30-64-24M140 150q30-26 62-18" />
			</g>
			<g className="fill-illustration-leaf">
				<path d="M84 68q-8 26 22 32 4-24-22-32zM132 36q-22 24 2 48 20-26-2-48zM188 62q-34 2-28 34 28-2 28-34zM74 124q8 22 36 10-10-22-36-10zM204 130q-8 22-36 8 10-20 36-8z" />
			</g>
			<g className="fill-illustration-leaf-dark">
				<path d="M112 60q-10 18 8 34 12-18-8-34zM166 44q-18 14-8 36 20-12 8-36z" />
			</g>
			<path className="fill-illustration-clay" d="M98 148h84l-12 58h-60z" />
			<path className="fill-illustration-clay" d="M92 142h96v14H92z" />
			<path className="fill-illustration-wood-dark" d="M96 156h88l-1 5H97z" opacity=".45" />
			<path className="fill-illustration-wood-dark" d="M112 206h12l-2 10h-8zM156 206h12l-2 10h-8z" />
			<path className="fill-illustration-sand" d="M98 213h84v6q0 3-4 3h-76q-4 0-4-3z" />
		</RoomBackground>
	);
}
