// The token that proves a form is ours. It changes with every sign-in, also one in another tab, so
// what the page was served with may be used up: the cookie has the one that counts.

export function token() {
  const cookie = document.cookie.split("; ").find((each) => each.startsWith("csrftoken="));
  return cookie?.split("=")[1] ?? document.querySelector("[name=csrfmiddlewaretoken]").value;
}

export function freshenForms() {
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token();
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token() }));
}
