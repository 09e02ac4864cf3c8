/** A parameter of a form and the parameters below it: `Filter.1.Name=x` puts x at Filter, 1, Name. */
export type FormNode = { value?: string; children: Map<string, FormNode> };

/** Reads a form into a tree along the dots in its parameters' names. */
export const parseForm = (body: string): FormNode => {
  const root = emptyNode();
  for (const [name, value] of new URLSearchParams(body)) {
    name.split('.').reduce(childOf, root).value = value;
  }
  return root;
};

const emptyNode = (): FormNode => ({ children: new Map() });

const childOf = (node: FormNode, key: string): FormNode => {
  const child = node.children.get(key) ?? emptyNode();
  node.children.set(key, child);
  return child;
};
