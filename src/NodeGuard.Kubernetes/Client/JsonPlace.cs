using System.Text.Json;

namespace NodeGuard.Kubernetes.Client;

/// <summary>Where JSON broke, without a value of it: a body may carry secrets.</summary>
internal static class JsonPlace
{
    public static string Of(JsonException error)
    {
        var path = string.IsNullOrEmpty(error.Path) ? "$" : error.Path;
        return error.BytePositionInLine is { } position
            ? $"broken at {path}, line {error.LineNumber + 1}, byte {position + 1}"
            : $"broken at {path}";
    }
}
