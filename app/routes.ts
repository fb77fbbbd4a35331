import { index, prefix, type RouteConfig, route } from "@remix-run/route-config";
import { demoShopRoutes } from "../demo/shop-routes/routes.ts";

/**
 * Every URL, grouped by audience, with the file that answers it. The URLs of the demo shop are in
 * demo/shop-routes/routes.ts.
 */
export default [
	// For shoppers: the demo shop, whose page layout also surrounds the help pages.
	...demoShopRoutes([route("help", "routes/help/list.tsx"), route("help/:slug", "routes/help/article.tsx")]),
	route("sign-in", "routes/customer/sign-in.ts"),
	route("sign-out", "routes/customer/sign-out.ts"),

	// For customers: the chat page, and one route for each way of reading the conversation.
	route("chat", "routes/chat/page.tsx"),
	...prefix("chat", [
		route("actions", "routes/chat/actions.ts"),
		route("live", "routes/chat/live.ts"),
		route("live/frame", "routes/live/frame.ts", { id: "customer-frame" }),
		route("events", "routes/chat/events.ts"),
		route("poll", "routes/chat/poll.ts"),
		route("sync", "routes/chat/sync.ts"),
		route("history", "routes/chat/history.ts"),
		route("current", "routes/chat/current.ts"),
		route("earlier", "routes/chat/earlier/list.tsx"),
		route("earlier/:sessionId", "routes/chat/earlier/conversation.tsx"),
	]),

	// For agents.
	route("admin/login", "routes/admin/login.tsx"),
	route("admin/logout", "routes/admin/logout.ts"),
	route("admin/chat/events", "routes/admin/events.ts"),
	route("admin/chat/poll", "routes/admin/poll.ts"),
	route("admin/chat/sync", "routes/admin/sync.ts"),
	route("admin/chat", "routes/admin/inbox/layout.tsx", [
		index("routes/admin/inbox/none-open.tsx"),
		route(":sessionId", "routes/admin/conversation/page.tsx"),
	]),
	route("admin/ended", "routes/admin/ended/page.tsx"),
	route("admin/blocked", "routes/admin/blocked/page.tsx"),
	route("admin/knowledge", "routes/admin/knowledge/page.tsx"),
	...prefix("admin/chat/:sessionId", [
		route("actions", "routes/admin/conversation/actions.ts"),
		route("history", "routes/admin/conversation/history.ts"),
		route("live", "routes/admin/conversation/live.ts"),
		route("live/frame", "routes/live/frame.ts", { id: "agent-frame" }),
	]),

	// For programs.
	...prefix("api/chat", [
		route("sessions", "routes/api/sessions.ts"),
		route("messages", "routes/api/messages.ts"),
		route("ai-response", "routes/api/ai-response.ts"),
	]),
	route("api/openapi.json", "routes/api/openapi.ts"),

	// For operators.
	route("healthz", "routes/ops/healthz.ts"),
	route("readyz", "routes/ops/readyz.ts"),
] satisfies RouteConfig;
