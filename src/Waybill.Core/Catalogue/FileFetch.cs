namespace Waybill.Core.Catalogue;

/// <summary>One time that somebody read a file.</summary>
/// <param name="Login">Who.</param>
/// <param name="Protocol">How: one of <see cref="DeliveryProtocol"/>.</param>
/// <param name="Address">From where.</param>
/// <param name="Time">When it was closed.</param>
/// <param name="Bytes">How many bytes were read.</param>
/// <param name="Whole">Whether that was all of it.</param>
public sealed record FileFetch(string Login, string Protocol, string? Address, DateTimeOffset Time, long Bytes, bool Whole);
