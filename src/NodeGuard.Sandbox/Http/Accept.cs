using Microsoft.AspNetCore.Http;

namespace NodeGuard.Sandbox.Http;

internal enum View
{
    Whole,
    Table,
    MetadataOnly,
}

/// <summary>What the client accepts, as far as the sandbox has it: JSON, as a Table, or metadata only.</summary>
internal static class Accept
{
    /// <summary>Null when nothing that is accepted can be given.</summary>
    public static View? Of(HttpRequest request)
    {
        string accept = request.Headers.Accept.ToString();
        if (accept.Length == 0)
            return View.Whole;
        foreach (string option in accept.Split(','))
        {
            string[] parts = option.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "application/*" or "*/*"))
                continue;
            string? shown = parts.FirstOrDefault(p => p.StartsWith("as=", StringComparison.Ordinal));
            switch (shown)
            {
                case null:
                    return View.Whole;
                case "as=Table":
                    return View.Table;
                case "as=PartialObjectMetadata" or "as=PartialObjectMetadataList":
                    return View.MetadataOnly;
                default:
                    continue;
            }
        }

        return null;
    }
}
