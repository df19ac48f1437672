// What may be written at a place of a question: names of fields and the values they may have by the
// JSON Schema, and the ids that the bank and the document itself define.

import { placeAt, read } from "./yaml.js";

/** A schema without its detours: what it refers to, and what of "this or nothing" is this. */
function plain(schema, known) {
  if (schema?.$ref) return plain(known.schema.$defs[schema.$ref.split("/").at(-1)], known);
  if (schema?.anyOf) return plain(schema.anyOf.find((each) => each.type !== "null"), known);
  return schema ?? {};
}

function within(schema, name) {
  if (typeof name === "number") return schema.items;
  const others = schema.additionalProperties || Object.values(schema.patternProperties ?? {})[0];
  return schema.properties?.[name] ?? (typeof others === "object" ? others : undefined);
}

function schemaOf(node, known) {
  if (!node.parent) return known.schema;
  return plain(within(schemaOf(node.parent, known), node.name), known);
}

function idsOf(list) {
  const found = (list?.children ?? []).map((each) => [each.child("id")?.word, each.child("title")?.word]);
  return found.filter(([id]) => id).map(([label, detail]) => ({ label, detail }));
}

function criteria(top) {
  return top.child("rubric")?.child("criteria");
}

function indicators(top) {
  return (criteria(top)?.children ?? []).flatMap((each) => {
    const prefix = each.child("id")?.word;
    return idsOf(each.child("indicators")).map(({ label, detail }) => ({ label: `${prefix}.${label}`, detail }));
  });
}

/** Ids by where they are asked for: the path of a list, of a value or of a field's name (…/). */
const IDS = [
  [/(^|\/)concepts\/#$/u, (top, node, known) => known.concepts],
  [/^(probes\/#|curveball)\/indicators\/#$/u, (top) => indicators(top)],
  [/^rubric\/criteria\/#\/gates\/[^/]+\/must\/#$/u, (top, node) => idsOf(criterionOf(node)?.child("indicators"))],
  [/^samples\/#\/levels\/$/u, (top) => idsOf(criteria(top))],
  [/\/framework$/u, (top, node, known) => known.frameworks],
  [/\/stages\/$/u, (top, node, known) => stages(node, known)],
];

function criterionOf(node) {
  let found = node;
  while (found && found.parent?.name !== "criteria") found = found.parent;
  return found;
}

function stages(node, known) {
  const framework = node.parent.child("framework")?.word;
  return known.frameworks.find((each) => each.label === framework)?.stages ?? [];
}

function ids(path, top, node, known) {
  const found = IDS.find(([pattern]) => pattern.test(path));
  return found ? found[1](top, node, known) : [];
}

function place(node, end = "") {
  return node.path.map((name) => (typeof name === "number" ? "#" : name)).join("/") + end;
}

function names(found, known) {
  const { node, top } = found;
  const schema = schemaOf(node, known);
  const { enum: allowed } = plain(schema.propertyNames, known);
  const listed = allowed ? allowed.map((label) => ({ label })) : ids(place(node, "/"), top, node, known);
  const properties = Object.entries(schema.properties ?? {}).map(([label, each]) => ({
    label,
    detail: schema.required?.includes(label) ? "needed" : "",
    info: each.description ?? plain(each, known).description,
  }));
  const named = [...properties, ...listed].filter(({ label }) => !node.child(label));
  return named.map((each) => ({ ...each, apply: `${each.label}:${isLong(schema, each.label, known) ? "" : " "}` }));
}

/** Whether a field's value begins in the row below. */
function isLong(schema, name, known) {
  return ["array", "object"].includes(plain(within(schema, name), known).type);
}

function values(found, known) {
  const { node, top, isList } = found;
  const schema = schemaOf(node, known);
  const own = isList ? plain(schema.items, known) : schema;
  const allowed = own.type === "boolean" ? ["true", "false"] : (own.enum ?? []).map(String);
  const listed = allowed.length ? allowed.map((label) => ({ label })) : ids(place(node, isList ? "/#" : ""), top, node, known);
  return listed;
}

/** What may stand at the end of `row`; `from` is the column where the word begins. */
export function suggestions(above, row, below, known) {
  const found = placeAt(above, row, below);
  if (!found) return null;
  const top = found.isValue || found.isEntry ? read([...above, ...below]) : found.top;
  const asked = { ...found, top };
  const options = found.isValue ? values(asked, known) : [...names(asked, known), ...(found.isEntry ? values(asked, known) : [])];
  return options.length ? { from: found.from, options } : null;
}
