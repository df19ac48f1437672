// What the answering page uses of node-diff3.

export { diff3Merge } from "node-diff3";
