using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Api;

/// <summary>What a request gave: an object or a status.</summary>
public readonly record struct ApiResult
{
    /// <summary>The HTTP code.</summary>
    public int Code { get; private init; }

    /// <summary>In the storage version when it came from the store; null with a status.</summary>
    public JsonObject? Object { get; private init; }

    /// <summary>Where the object came from the store: its bytes are shared.</summary>
    public StoredObject? Stored { get; private init; }

    public ApiStatus? Status { get; private init; }

    public bool Succeeded => Code < 300;

    public static implicit operator ApiResult(ApiStatus status) => FromApiStatus(status);

    public static ApiResult FromApiStatus(ApiStatus status) => new() { Code = status.Code, Status = status };

    public static ApiResult Of(StoredObject stored, int code = 200) =>
        new() { Code = code, Object = stored.Value, Stored = stored };

    /// <summary>An object that is not in the store: a dry run, a review, a scale.</summary>
    public static ApiResult Of(JsonObject value, int code = 200) => new() { Code = code, Object = value };
}
