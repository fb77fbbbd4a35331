import type { ComponentType } from "react";
import { MirrorScene, PlanterScene, VaseScene } from "./decor.tsx";
import { CarafeScene, MugsScene, PotScene } from "./kitchen.tsx";
import { FloorLampScene, PendantLampScene, TableLampScene } from "./lighting.tsx";
import { Ground, Room, Window } from "./room.tsx";
import { ArmchairScene, ChairScene, SofaScene, StoolScene } from "./seating.tsx";
import { BasketScene, BenchScene, ShelfScene } from "./storage.tsx";
import { DeskScene, DiningTableScene, SideTableScene } from "./tables.tsx";
import { BeddingScene, CurtainScene, CushionScene, RugScene, ThrowScene } from "./textiles.tsx";

const SCENES: Record<string, ComponentType> = {
	"table-lamp": TableLampScene,
	"floor-lamp": FloorLampScene,
	"pendant-lamp": PendantLampScene,
	armchair: ArmchairScene,
	sofa: SofaScene,
	stool: StoolScene,
	chair: ChairScene,
	"dining-table": DiningTableScene,
	"side-table": SideTableScene,
	desk: DeskScene,
	shelf: ShelfScene,
	basket: BasketScene,
	bench: BenchScene,
	bedding: BeddingScene,
	throw: ThrowScene,
	cushion: CushionScene,
	rug: RugScene,
	curtain: CurtainScene,
	mugs: MugsScene,
	carafe: CarafeScene,
	pot: PotScene,
	vase: VaseScene,
	mirror: MirrorScene,
	planter: PlanterScene,
};

/** The keys a product's `scene` may have. */
export const SCENE_NAMES: string[] = Object.keys(SCENES);

/** A picture of a product, drawn by us. Decorative: the product's name always stands beside it. */
export function Scene({ name, className = "" }: { name: string | null; className?: string }) {
	const Picture = (name && Object.hasOwn(SCENES, name) ? SCENES[name] : undefined) ?? EmptyRoomScene;
	return (
		<svg
			viewBox="0 0 320 240"
			preserveAspectRatio="xMidYMid slice"
			aria-hidden="true"
			focusable="false"
			className={`block w-full ${className}`}
		>
			<Picture />
		</svg>
	);
}

/** For what we have not drawn: a parcel in a room, waiting to be opened. */
function EmptyRoomScene() {
	return (
		<Room wall="cool">
			<Window x={40} y={34} w={76} h={92} />
			<Ground x={192} y={214} rx={66} />
			<path className="fill-scene-sand" d="M136 136h112v76H136z" />
			<path className="fill-scene-wood" d="M136 136l14-20h84l14 20z" opacity=".75" />
			<path className="fill-scene-linen" d="M182 116h20v48h-20z" opacity=".6" />
			<path
				className="stroke-scene-wood-dark"
				d="M148 198h26M148 190h16"
				strokeWidth="3"
				strokeLinecap="round"
				opacity=".6"
			/>
		</Room>
	);
}
