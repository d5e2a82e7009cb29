using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>Which of the names that a definition asks for are free in its group.</summary>
internal static class CrdNames
{
    /// <summary>Writes acceptedNames and the conditions NamesAccepted and Established into a definition.</summary>
    /// <param name="others">The other definitions of the same group.</param>
    public static void Accept(JsonObject crd, IEnumerable<JsonObject> others, DateTimeOffset now)
    {
        JsonObject wanted = crd.Ensure("spec", "names");
        JsonObject status = crd.Ensure("status");
        JsonObject accepted = status.Child("acceptedNames")?.Clone() ?? new JsonObject { ["plural"] = "", ["kind"] = "" };
        JsonObject[] taken = [.. others.Select(o => o.Child("status", "acceptedNames")).OfType<JsonObject>()];
        HashSet<string> resources = [.. taken.SelectMany(ResourceNames)];
        HashSet<string> kinds = [.. taken.SelectMany(n => (string[])[n.Text("kind") ?? "", n.Text("listKind") ?? ""])];
        (string Reason, string Message)? conflict = null;
        foreach ((string field, HashSet<string> used, string reason) in (ReadOnlySpan<(string, HashSet<string>, string)>)
            [("plural", resources, "PluralConflict"), ("singular", resources, "SingularConflict"),
             ("kind", kinds, "KindConflict"), ("listKind", kinds, "ListKindConflict")])
        {
            string name = wanted.Text(field) ?? "";
            if (name == accepted.Text(field) || !used.Contains(name))
                accepted[field] = name;
            else
                conflict = (reason, InUse(name));
        }

        string[] shorts = [.. ShortNames(wanted).Except(ShortNames(accepted)).Where(resources.Contains)];
        if (shorts.Length == 0)
            accepted.CopyFrom(wanted, "shortNames");
        else
            conflict = ("ShortNamesConflict", shorts.Length == 1 ? InUse(shorts[0]) : $"[{string.Join(", ", shorts.Select(InUse))}]");
        accepted.CopyFrom(wanted, "categories");
        status["acceptedNames"] = accepted;
        SetConditions(crd, conflict, now);
    }

    private static void SetConditions(JsonObject crd, (string Reason, string Message)? conflict, DateTimeOffset now)
    {
        (string reason, string message) = conflict ?? ("NoConflicts", "no conflicts found");
        CrdVersions.SetCondition(crd, "NamesAccepted", conflict is null, reason, message, now);
        if (CrdVersions.Is(crd, "Established"))
            return;
        if (conflict is null)
            CrdVersions.SetCondition(crd, "Established", true, "InitialNamesAccepted", "the initial names have been accepted", now);
        else
            CrdVersions.SetCondition(crd, "Established", false, "NotAccepted", "not all names are accepted", now);
    }

    private static IEnumerable<string> ResourceNames(JsonObject names) =>
        [names.Text("plural") ?? "", names.Text("singular") ?? "", .. ShortNames(names)];

    private static IEnumerable<string> ShortNames(JsonObject names) => names.Items("shortNames").Select(n => n.Text() ?? "");

    private static string InUse(string name) => $"\"{name}\" is already in use";
}
