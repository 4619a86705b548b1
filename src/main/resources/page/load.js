// Scripts and styles of others, fetched when they are first needed.

const loading = new Map();

function one(name) {
  const style = name.endsWith(".css");
  const made = document.createElement(style ? "link" : "script");
  return new Promise((resolve, reject) => {
    made.onload = resolve;
    made.onerror = () => {
      loading.delete(name);
      reject(new Error(name + " could not be loaded"));
    };
    if (style) {
      made.rel = "stylesheet";
      made.href = "page/" + name;
    } else {
      made.async = false; // In the order in which they are named.
      made.src = "page/" + name;
    }
    document.head.append(made);
  });
}

/** Resolves when all of these are there. */
export function load(...names) {
  return Promise.all(names.map((name) => {
    if (!loading.has(name)) {
      loading.set(name, one(name));
    }
    return loading.get(name);
  }));
}
