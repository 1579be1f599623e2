import { fetchData } from "./data.js";

/**
 * Runs a script of the site.
 * @param {string} url
 * @returns {Promise<void>}
 */
export const loadScript = (url) =>
  new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => {
      script.remove();
      resolve();
    };
    script.onerror = () => {
      script.remove();
      reject(new Error(url));
    };
    document.head.append(script);
  });

/** Whether the page was opened from a folder: there are no workers, and nothing can be fetched. */
export const fromFolder = location.protocol === "file:";

/**
 * Loads a file of data: as a script from a folder, as text from a server.
 * @param {string} url
 */
export const loadData = (url) => (fromFolder ? loadScript(url) : fetchData(url));
