namespace NodeGuard.Sandbox.Api;

/// <summary>Who asks.</summary>
public sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    public string Uid { get; init; } = "";

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>The sandbox's own controllers.</summary>
    public static UserInfo System { get; } = new("system:apiserver", ["system:masters", "system:authenticated"]);
}

/// <summary>What to do with unknown and duplicate fields.</summary>
public enum FieldValidation
{
    Warn,
    Ignore,
    Strict,
}

/// <summary>One request on one resource, by HTTP or from a controller in process.</summary>
public sealed record ApiRequest
{
    /// <summary>The RBAC verb: get, list, watch, create, update, patch, delete, deletecollection.</summary>
    public required string Verb { get; init; }

    public required ResourceInfo Resource { get; init; }

    /// <summary>Empty for what has none, and for all.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Empty for collections.</summary>
    public string Name { get; init; } = "";

    public string Subresource { get; init; } = "";

    public UserInfo User { get; init; } = UserInfo.System;

    public bool DryRun { get; init; }

    /// <summary>Of the query, else the first part of the User-Agent.</summary>
    public string FieldManager { get; init; } = "nodeguard-sandbox";

    /// <summary>Whether the client named the manager itself, as an apply must.</summary>
    public bool NamesFieldManager { get; init; }

    /// <summary>A server-side apply, which notes its owners itself.</summary>
    public bool IsApply { get; init; }

    /// <summary>For server-side apply: take over the fields that others own.</summary>
    public bool Force { get; init; }

    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;

    /// <summary>Texts for Warning headers; shared by the request's copies.</summary>
    public ICollection<string> Warnings { get; init; } = [];

    public string Key => Resource.KeyOf(Namespace, Name);
}
