namespace NodeGuard.Core.Fleet;

/// <summary>Words of the API and the enums that stand for them.</summary>
public static class WireWord
{
    /// <summary>Null for an absent word and for one of another version: never a value that was not written.</summary>
    public static TEnum? Read<TEnum>(string? word)
        where TEnum : struct, Enum =>
        // TryParse alone also takes numbers, lists of names and spaces.
        word is [>= 'A' and <= 'Z', ..] && Enum.TryParse<TEnum>(word, ignoreCase: false, out var value) && value.ToString() == word ? value : null;
}
