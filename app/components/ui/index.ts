/** The basic components of all pages. Import them from here: `#app/components/ui/index.ts`. */
export { AssistantMark, Avatar, initialsOf as initials } from "./avatar.tsx";
export { Badge } from "./badge.tsx";
export { Button, ButtonLink, buttonClasses } from "./button.tsx";
export { DisclosureMark } from "./disclosure-mark.tsx";
export { EmptyState } from "./empty-state.tsx";
export { SelectField, Textarea, TextField } from "./field.tsx";
export { Notice } from "./notice.tsx";
export { SkipLink } from "./skip-link.tsx";
export { Stars, StarsShown } from "./stars.tsx";
export { StoreMark } from "./store-mark.tsx";
export { useFocusAfterRemoval } from "./use-kept-focus.ts";
