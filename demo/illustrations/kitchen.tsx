import { GroundShadow, RoomBackground, Window } from "./room.tsx";

export function MugsIllustration() {
	return (
		<RoomBackground wall="cool" tabletop>
			<path className="stroke-illustration-wood-dark" d="M40 70h240" strokeWidth="8" strokeLinecap="round" />
			<path
				className="stroke-illustration-metal"
				d="M96 74v8q0 8 7 8M224 74v8q0 8 7 8"
				fill="none"
				strokeWidth="3"
				strokeLinecap="round"
			/>
			<path className="fill-illustration-clay" d="M78 92h40v32q0 8-20 8t-20-8z" />
			<path className="stroke-illustration-clay" d="M98 92q0-12 8-12" fill="none" strokeWidth="5" />
			<path className="fill-illustration-leaf" d="M206 92h40v32q0 8-20 8t-20-8z" />
			<path className="stroke-illustration-leaf" d="M226 92q0-12 8-12" fill="none" strokeWidth="5" />
			<GroundShadow x={132} y={204} rx={44} />
			<GroundShadow x={206} y={212} rx={44} />
			<path
				className="stroke-illustration-leaf-dark"
				d="M164 160q22 0 22 13t-22 13"
				fill="none"
				strokeWidth="8"
			/>
			<path className="fill-illustration-leaf-dark" d="M98 146h68v50q0 10-34 10t-34-10z" />
			<path className="fill-illustration-linen" d="M98 146h68v8q-34 8-68 0z" opacity=".25" />
			<path
				className="stroke-illustration-linen"
				d="M238 168q22 0 22 13t-22 13"
				fill="none"
				strokeWidth="8"
			/>
			<path className="fill-illustration-linen" d="M172 154h68v50q0 10-34 10t-34-10z" />
			<path className="fill-illustration-sand" d="M172 196h68v8q0 10-34 10t-34-10z" opacity=".8" />
			<g className="fill-illustration-wood-dark" opacity=".55">
				<circle cx="186" cy="170" r="1.6" />
				<circle cx="200" cy="182" r="1.3" />
				<circle cx="214" cy="168" r="1.8" />
				<circle cx="228" cy="180" r="1.4" />
				<circle cx="222" cy="190" r="1.2" />
				<circle cx="192" cy="190" r="1.5" />
			</g>
			<path
				className="stroke-illustration-linen"
				d="M122 134q-6-8 0-15t0-15M142 134q-6-8 0-15t0-15"
				fill="none"
				strokeWidth="2.5"
				strokeLinecap="round"
				opacity=".8"
			/>
		</RoomBackground>
	);
}

export function CarafeIllustration() {
	return (
		<RoomBackground wall="warm" tabletop>
			<Window x={40} y={22} w={96} h={104} />
			<GroundShadow x={176} y={206} rx={46} />
			<path
				className="fill-illustration-sky"
				d="M162 66h30v34q0 10 12 26 14 18 14 40v24q0 14-14 14h-54q-14 0-14-14v-24q0-22 14-40 12-16 12-26z"
				opacity=".5"
			/>
			<path
				className="fill-illustration-sky"
				d="M142 150q34 8 70 0 6 10 6 20v20q0 14-14 14h-54q-14 0-14-14v-20q0-10 6-20z"
				opacity=".85"
			/>
			<path
				className="stroke-illustration-linen"
				d="M150 186q-2-24 8-40M168 74v26"
				fill="none"
				strokeWidth="4"
				strokeLinecap="round"
				opacity=".85"
			/>
			<path className="fill-illustration-wood" d="M164 48h26l-3 22h-20z" />
			<GroundShadow x={250} y={212} rx={28} />
			<path className="fill-illustration-sky" d="M228 158h46l-5 48q-1 5-18 5t-18-5z" opacity=".5" />
			<path className="fill-illustration-sky" d="M231 180h40l-3 26q-1 5-17 5t-17-5z" opacity=".85" />
			<GroundShadow x={84} y={210} rx={30} />
			<circle className="fill-illustration-glow" cx="72" cy="194" r="15" />
			<circle className="fill-illustration-glow" cx="98" cy="197" r="13" />
			<path className="fill-illustration-leaf" d="M74 180q10-14 20-8-8 10-20 8z" />
		</RoomBackground>
	);
}

export function PotIllustration() {
	return (
		<RoomBackground wall="cool" tabletop>
			<g className="fill-illustration-trim" opacity=".8">
				<path d="M0 0h58v36H0zM62 0h58v36H62zM124 0h58v36h-58zM186 0h58v36h-58zM248 0h72v36h-72zM0 40h28v36H0zM32 40h58v36H32zM94 40h58v36H94zM156 40h58v36h-58zM218 40h58v36h-58zM280 40h40v36h-40z" />
			</g>
			<GroundShadow y={208} rx={98} />
			<path
				className="stroke-illustration-clay"
				d="M80 148H64q-8 0-8 8t8 8h16M240 148h16q8 0 8 8t-8 8h-16"
				fill="none"
				strokeWidth="8"
			/>
			<path className="fill-illustration-clay" d="M76 136h168v52q0 20-22 20H98q-22 0-22-20z" />
			<path className="fill-illustration-linen" d="M90 146h10v40q0 8 6 12-16 0-16-14z" opacity=".3" />
			<path className="fill-illustration-clay" d="M72 128q6-28 88-28t88 28z" />
			<path className="fill-illustration-wood-dark" d="M70 126h180v10H70z" opacity=".45" />
			<path className="fill-illustration-metal" d="M148 88h24v8h-5v6h-14v-6h-5z" />
			<path
				className="stroke-illustration-linen"
				d="M132 82q-7-9 0-18t0-18M160 76q-7-9 0-18t0-18M188 82q-7-9 0-18t0-18"
				fill="none"
				strokeWidth="3"
				strokeLinecap="round"
				opacity=".85"
			/>
		</RoomBackground>
	);
}
